using System.Runtime.InteropServices;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>One event of a known user and type as plain bytes, for candidates that pack rows into one value.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly struct PackedRow(long time, uint id, uint item, byte action, byte surface, float dwell)
{
    public const int Bytes = 33;

    public readonly long Time = time;
    public readonly ulong Id = id;
    public readonly long Item = item;
    public readonly int Action = action;
    public readonly float Dwell = dwell;
    public readonly byte Surface = surface;

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
