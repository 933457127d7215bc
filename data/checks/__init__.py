"""Checks of prices, dividends, yields and dates before they are used."""
