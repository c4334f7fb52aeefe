"""What the pages share: state and caching, the sidebar, the figure panel, messages, tables."""
