namespace Signals.Kafka.Records;

/// <summary>What a record of the log says.</summary>
internal enum RecordKind
{
    /// <summary>Events; the only kind without a header.</summary>
    Events = 0,

    /// <summary>A user is erased.</summary>
    Erase = 1,

    /// <summary>A segment is imported.</summary>
    Import = 2,

    /// <summary>A sequence definition is registered.</summary>
    Definition = 3,

    /// <summary>The store needs event types or columns.</summary>
    Schema = 4,

    /// <summary>A kind that this version does not know.</summary>
    Unknown = 5,
}
