"""Published and recomputed figures that several tests hold the program against."""

# Total returns of calendar years in percent, from adjusted closes, to two digits.
FUNDS = ("SPY", "IEF", "TLT", "SHY")
FUND_YEARS = {
    2008: (-36.80, 17.92, 33.95, 6.62),
    2009: (26.35, -6.59, -21.81, 0.35),
    2011: (1.90, 15.65, 34.00, 1.44),
    2013: (32.31, -6.09, -13.38, 0.21),
    2014: (13.46, 9.07, 27.30, 0.45),
    2018: (-4.57, 0.99, -1.61, 1.46),
    2020: (18.33, 10.01, 18.15, 3.03),
    2022: (-18.18, -15.16, -31.23, -3.88),
    2024: (24.89, -0.63, -8.05, 3.91),
}
