namespace Signals.Storage.Segments;

/// <summary>What the rows of a segment say of an event beside its cells; joined by "or". Only in temporary files.</summary>
[Flags]
internal enum RowMarks : byte
{
    /// <summary>Cells of an event that is elsewhere.</summary>
    Correct = 0,

    /// <summary>The whole event.</summary>
    Insert = 1,

    /// <summary>The event never was.</summary>
    Retract = 2,
}
