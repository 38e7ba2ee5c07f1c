"""Files that people send: kept under DATA_DIR/media, limited, looked into, shown to agents only."""
