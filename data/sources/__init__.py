"""Where figures come from: servers, folders of files, and what is kept of them."""
