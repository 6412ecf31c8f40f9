namespace Signals.Bench.Workloads;

/// <summary>
/// The events of a run in the order of arrival, with one compact array per column, so that reading them costs every candidate the
/// same.
/// </summary>
/// <remarks>Thread contract: immutable once generated.</remarks>
internal sealed class EventLog(WorkloadOptions options, int count)
{
    /// <summary>The names of the event types. The index is the type's number.</summary>
    public static readonly string[] TypeNames = ["view", "click", "purchase"];

    public WorkloadOptions Options { get; } = options;

    public int Count { get; } = count;

    /// <summary>
    /// The number of events of the whole log, of which this log may only be the beginning. It determines how far apart in time
    /// events are.
    /// </summary>
    public int WholeCount { get; init; } = count;

    /// <summary>The users, numbered from 1. The popularity of a user does not depend on the number.</summary>
    public uint[] Users { get; } = new uint[count];

    public long[] Times { get; } = new long[count];

    /// <summary>The ids, which count up with arrival. A duplicate has the id of the event that it repeats.</summary>
    public uint[] Ids { get; } = new uint[count];

    public byte[] Types { get; } = new byte[count];

    public uint[] Items { get; } = new uint[count];

    public byte[] Surfaces { get; } = new byte[count];

    public byte[] Actions { get; } = new byte[count];

    public float[] Dwells { get; } = new float[count];

    /// <summary>The number of events that repeat an earlier one.</summary>
    public int Duplicates { get; set; }

    public int Distinct => Count - Duplicates;

    /// <summary>A log of only the first events, for warming up.</summary>
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
