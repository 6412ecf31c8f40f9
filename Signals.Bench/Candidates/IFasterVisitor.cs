namespace Signals.Bench.Candidates;

/// <summary>Takes what a read of FASTER needs from a value, while FASTER keeps the value from changing. Used by one thread.</summary>
internal interface IFasterVisitor
{
    void Visit(Span<byte> value);
}
