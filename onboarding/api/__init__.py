"""People, organisations and cases over REST: each view finds its rows and calls one flow."""
