"""Lost answers, at every system that takes orders, over real HTTP against the sandbox."""
