"""What a word is, for all of our scripts. Shared by features, products and the extractor."""

# `\w` leaves out vowel signs and viramas (categories Mc, Mn), which would cut every Indian word into pieces.
WORD = r"[^\s!-/:-@\[-`{-~।₹…–—“”‘’]+"
