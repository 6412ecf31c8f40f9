using Signals.Offline;
using Signals.Storage.Segments;

namespace Signals.Tests.Storage.Segments;

/// <summary>One call of a <see cref="SegmentWriter"/>, or one row of a segment: what it says of an event.</summary>
/// <param name="User">Whose event.</param>
/// <param name="Time">Its time, ms.</param>
/// <param name="Id">Its id.</param>
/// <param name="Marks">Whether it inserts or retracts.</param>
/// <param name="Cells">Its cells by column.</param>
internal sealed record SegmentRow(UserId User, long Time, ulong Id, RowMarks Marks, SortedDictionary<string, SegmentCell> Cells)
{
    public (UserId User, long Time, ulong Id) Identity => (User, Time, Id);

    public override string ToString() =>
        $"{User} {Time} {Id} {Marks} {string.Join(" ", Cells.Select(cell => $"{cell.Key}={cell.Value}"))}";
}
