namespace Signals.Storage.Segments;

/// <summary>
/// What a row of a segment says about an event, apart from its cells. The marks of several rows are combined with "or". Used in
/// temporary files only.
/// </summary>
[Flags]
internal enum RowMarks : byte
{
    /// <summary>Cells of an event that is stored elsewhere.</summary>
    Correct = 0,

    /// <summary>The whole event.</summary>
    Insert = 1,

    /// <summary>The event never happened.</summary>
    Retract = 2,
}
