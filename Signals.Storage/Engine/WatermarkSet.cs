namespace Signals.Storage.Engine;

/// <summary>The newest event time indexed so far, per event type.</summary>
/// <remarks>Thread contract: one writer raises, any thread reads.</remarks>
internal sealed class WatermarkSet
{
    private readonly long[] _newest;

    public WatermarkSet(int eventTypes)
    {
        _newest = new long[eventTypes];
        Array.Fill(_newest, long.MinValue);
    }

    public long Of(ushort eventType) => Volatile.Read(ref _newest[eventType]);

    public void Raise(ushort eventType, long time)
    {
        if (time > _newest[eventType])
        {
            Volatile.Write(ref _newest[eventType], time);
        }
    }
}
