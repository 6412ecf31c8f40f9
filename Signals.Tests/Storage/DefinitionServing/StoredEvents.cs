namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>For which events of a store its enricher runs at indexing.</summary>
public enum StoredEvents
{
    /// <summary>The schema has no columns for it.</summary>
    Never,

    /// <summary>The schema has columns, and they stay empty.</summary>
    None,

    /// <summary>The place changes as events come.</summary>
    Some,

    /// <summary>All.</summary>
    All,
}
