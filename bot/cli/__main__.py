"""`python -m bot.cli`, the same as `seva`."""

from bot.cli import main

main()
