namespace Signals.Bench.Workloads;

/// <summary>The events of a run in arrival order, one compact array a column, so that reading them costs every candidate the same.</summary>
/// <remarks>Thread contract: immutable once generated.</remarks>
internal sealed class EventLog(WorkloadOptions options, int count)
{
    /// <summary>Names of the event types; the index is the type's number.</summary>
    public static readonly string[] TypeNames = ["view", "click", "purchase"];

    public WorkloadOptions Options { get; } = options;

    public int Count { get; } = count;

    /// <summary>Events of the log that this is the beginning of, or of this one where it is whole; their number sets how far apart they are in time.</summary>
    public int WholeCount { get; init; } = count;

    /// <summary>1..users; how popular a user is does not depend on its number.</summary>
    public uint[] Users { get; } = new uint[count];

    public long[] Times { get; } = new long[count];

    /// <summary>Counts up with arrival; a duplicate repeats the number of the event that it repeats.</summary>
    public uint[] Ids { get; } = new uint[count];

    public byte[] Types { get; } = new byte[count];

    public uint[] Items { get; } = new uint[count];

    public byte[] Surfaces { get; } = new byte[count];

    public byte[] Actions { get; } = new byte[count];

    public float[] Dwells { get; } = new float[count];

    /// <summary>Events that repeat an earlier one.</summary>
    public int Duplicates { get; set; }

    public int Distinct => Count - Duplicates;

    /// <summary>The first events alone, for warming up.</summary>
    public EventLog Take(int count)
    {
        EventLog part = new(Options with { Events = count }, count) { WholeCount = WholeCount };
        Array.Copy(Users, part.Users, count);
        Array.Copy(Times, part.Times, count);
        Array.Copy(Ids, part.Ids, count);
        Array.Copy(Types, part.Types, count);
        Array.Copy(Items, part.Items, count);
        Array.Copy(Surfaces, part.Surfaces, count);
        Array.Copy(Actions, part.Actions, count);
        Array.Copy(Dwells, part.Dwells, count);
        return part;
    }
}
