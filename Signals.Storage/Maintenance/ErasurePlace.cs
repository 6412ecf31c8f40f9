namespace Signals.Maintenance;

/// <summary>A place that held, or may have held, events of an erased user. Immutable.</summary>
public sealed class ErasurePlace
{
    internal ErasurePlace(ErasurePlaceKind kind, string name, DateTimeOffset foundAt, DateTimeOffset? cleanedAt = null) =>
        (Kind, Name, FoundAt, CleanedAt) = (kind, name, foundAt, cleanedAt);

    /// <summary>The kind of the place.</summary>
    public ErasurePlaceKind Kind { get; }

    /// <summary>The name of the file in the store's folder, or of the memtable.</summary>
    public string Name { get; }

    /// <summary>When the user was found there.</summary>
    public DateTimeOffset FoundAt { get; }

    /// <summary>When the place ceased to exist: the file was deleted, or the memtable flushed. Null until then.</summary>
    public DateTimeOffset? CleanedAt { get; }

    /// <summary>Kind, name and times in one line.</summary>
    public override string ToString() =>
        $"{Kind} {Name}, found {FoundAt:O}, cleaned {(CleanedAt is { } at ? at.ToString("O") : "not yet")}";
}
