"""The REST conventions that the doors of both apps share."""
