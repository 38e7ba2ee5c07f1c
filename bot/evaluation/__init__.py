"""How good the system is: routing, calibration and whole dialogues against labelled files. Never trains on them."""
