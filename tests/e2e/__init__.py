"""Stories played in real browsers, against a live server and a real Trac."""
