namespace Signals.Bench.Candidates;

/// <summary>What an update of a head tells its session: the number of the part that the head gave away, or 0.</summary>
internal struct FasterOutput
{
    public int Part;
}
