"""What servers, disks and machines do wrong, in full counts; the tests run a sample."""
