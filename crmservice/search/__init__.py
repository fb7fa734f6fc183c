"""Finding anything by what a caller says: one table of entries, one tokeniser, two databases.

Apps register their kinds in `AppConfig.ready()` (`kinds.register`), keep their entries by
`index.index(...)` inside their actions, and filter lists by `query.matching_ids(...)`.
"""
