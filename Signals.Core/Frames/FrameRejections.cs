namespace Signals.Core.Frames;

/// <summary>
/// Counts rejected frames by reason. Thread contract: one thread. Its size is bounded: beyond a limit of reasons, all further
/// ones are counted together.
/// </summary>
internal sealed class FrameRejections
{
    private const int MaxReasons = 64;
    private const string OtherReasons = "other reasons";

    private readonly Dictionary<string, FrameRejection> _reasons = new(StringComparer.Ordinal);

    public void Add(string reason, long position)
    {
        if (!_reasons.ContainsKey(reason) && _reasons.Count >= MaxReasons)
        {
            reason = OtherReasons;
        }

        FrameRejection known = _reasons.GetValueOrDefault(reason) ?? new FrameRejection(reason, 0, position);
        _reasons[reason] = known with { Count = known.Count + 1 };
    }

    public FrameRejection[] ToArray() =>
        [.. _reasons.Values.OrderByDescending(r => r.Count).ThenBy(r => r.Reason, StringComparer.Ordinal)];
}
