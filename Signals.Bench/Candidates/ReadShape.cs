namespace Signals.Bench.Candidates;

/// <summary>Which last 100 events are read: those of all types merged by time, or those of the most frequent type only.</summary>
internal enum ReadShape
{
    AllTypes,
    OneType,
}
