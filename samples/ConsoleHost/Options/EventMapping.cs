namespace Signals.Samples.ConsoleHost.Options;

/// <summary>How the columns of a CSV file (or the fields of frames) become events. Immutable.</summary>
internal sealed record EventMapping
{
    /// <summary>Column that holds the user, as text.</summary>
    public string? User { get; init; }

    /// <summary>Column that holds the event time.</summary>
    public string? Time { get; init; }

    /// <summary>How that time is written: unix-s, unix-ms, iso, or a .NET pattern.</summary>
    public string TimeFormat { get; init; } = "iso";

    /// <summary>Where the event type comes from.</summary>
    public EventTypeMapping? Type { get; init; }

    /// <summary>Columns that are hashed to the event id; empty = all columns.</summary>
    public IReadOnlyList<string> Id { get; init; } = [];

    /// <summary>The fields of every event type.</summary>
    public IReadOnlyList<FieldMapping> Fields { get; init; } = [];
}
