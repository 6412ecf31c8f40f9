using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Storage.Engine.Views;

/// <summary>The newest event time indexed so far, per event type.</summary>
/// <remarks>Thread contract: any thread. A watermark only rises.</remarks>
internal sealed class WatermarkSet
{
    private readonly long[] _newest;

    public WatermarkSet(int eventTypes)
    {
        _newest = new long[eventTypes];
        Array.Fill(_newest, long.MinValue);
    }

    public long Newest(ushort eventType) => Volatile.Read(ref _newest[eventType]);

    /// <summary>The newest of all event types; <see cref="long.MinValue"/> when there is no event.</summary>
    public long NewestOfAll
    {
        get
        {
            long newest = long.MinValue;
            for (int i = 0; i < _newest.Length; i++)
            {
                newest = Math.Max(newest, Volatile.Read(ref _newest[i]));
            }

            return newest;
        }
    }

    [MethodImpl(Compile.InFull)]
    public void Raise(ushort eventType, long time)
    {
        long held = Volatile.Read(ref _newest[eventType]);
        while (time > held)
        {
            long seen = Interlocked.CompareExchange(ref _newest[eventType], time, held);
            if (seen == held)
            {
                return;
            }

            held = seen;
        }
    }
}
