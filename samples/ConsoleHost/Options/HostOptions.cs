namespace Signals.Samples.ConsoleHost.Options;

/// <summary>What the command line asked for. Immutable; made by <see cref="OptionsParser"/>, which has checked it.</summary>
internal sealed record HostOptions
{
    /// <summary>Events to generate, or the most rows to read from the input.</summary>
    public long? Events { get; init; }

    /// <summary>Events per second at most; null = as fast as the store takes them.</summary>
    public long? Rate { get; init; }

    /// <summary>The store's folder; null = a fresh temporary folder.</summary>
    public string? Path { get; init; }

    /// <summary>Leave the temporary folder behind.</summary>
    public bool Keep { get; init; }

    /// <summary>What an acknowledgement promises.</summary>
    public Durability Durability { get; init; } = Durability.Buffered;

    /// <summary>Compare the store with a dictionary model, before and after a reopen.</summary>
    public bool Verify { get; init; }

    /// <summary>File to read, "-" for standard input, null to generate events.</summary>
    public string? Input { get; init; }

    /// <summary>Format of <see cref="Input"/>.</summary>
    public InputFormat Format { get; init; }

    /// <summary>Write the events as frames to this file ("-" is standard output) instead of storing them.</summary>
    public string? Emit { get; init; }

    /// <summary>How rows or frames become events.</summary>
    public EventMapping Mapping { get; init; } = new();

    /// <summary>True when <see cref="Input"/> is a CSV file that `signals export` wrote.</summary>
    public bool IsExport { get; init; }

    /// <summary>A store whose event types and columns the input has; null = those of <see cref="Mapping"/>.</summary>
    public string? SchemaOf { get; init; }

    /// <summary>The name under which the store keeps the position of <see cref="Input"/>; null = it keeps none.</summary>
    public string? Source { get; init; }

    /// <summary>Let the source begin anew.</summary>
    public bool ResetSource { get; init; }

    /// <summary>Seed of the generator and of every sample that is drawn.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Users of the generator; null = one per 50 events.</summary>
    public int? Users { get; init; }

    /// <summary>Events of the shown sequence.</summary>
    public int Last { get; init; } = 10;

    /// <summary>Newest events that a type keeps per user; null = all (of a file), the sample schema's (generated).</summary>
    public int? KeepLast { get; init; }

    /// <summary>Age in days at which events disappear; null = never.</summary>
    public double? MaxAgeDays { get; init; }

    /// <summary>Width of a time window in days; null = the schema's default.</summary>
    public double? WindowDays { get; init; }

    /// <summary>The user whose sequence is shown, as <see cref="UserReference"/> reads it; null = one that was seen.</summary>
    public string? UserShown { get; init; }
}
