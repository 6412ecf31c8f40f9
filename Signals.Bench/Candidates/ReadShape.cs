namespace Signals.Bench.Candidates;

/// <summary>Which last-100 is read: of every type merged by time, or of the most frequent type alone.</summary>
internal enum ReadShape
{
    AllTypes,
    OneType,
}
