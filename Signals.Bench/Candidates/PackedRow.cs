using System.Runtime.InteropServices;

namespace Signals.Bench.Candidates;

/// <summary>
/// One event of a known user and type as plain bytes, for candidates that pack rows into one value. The item comes last, so that a
/// candidate can leave it out where it is the id.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly struct PackedRow(long time, ulong id, uint item, byte action, byte surface, float dwell)
{
    public const int Bytes = 33;

    /// <summary>The bytes of a row without the item.</summary>
    public const int PlainBytes = 25;

    public readonly long Time = time;
    public readonly ulong Id = id;
    public readonly int Action = action;
    public readonly float Dwell = dwell;
    public readonly byte Surface = surface;
    public readonly long Item = item;

    public static PackedRow Of(EventLog log, int i) =>
        new(log.Times[i], log.Ids[i], log.Items[i], log.Actions[i], log.Surfaces[i], log.Dwells[i]);

    /// <summary>Compares rows in the order of answers: newest first, then by id.</summary>
    public static int Compare(PackedRow a, PackedRow b)
    {
        int order = b.Time.CompareTo(a.Time);
        return order != 0 ? order : a.Id.CompareTo(b.Id);
    }

    public void CopyTo(Answer answer, int row, byte type)
    {
        answer.Times[row] = Time;
        answer.Ids[row] = Id;
        answer.Types[row] = type;
        answer.Items[row] = Item;
        answer.Surfaces[row] = Surface;
        answer.Actions[row] = Action;
        answer.Dwells[row] = Dwell;
    }
}
