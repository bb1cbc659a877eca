"""The Admin GraphQL API: an official subset of the schema and its resolvers, one file per topic."""
