using Signals.Samples.ConsoleHost.Events;

namespace Signals.Samples.ConsoleHost.Generation;

/// <summary>
/// Endless-shop traffic: many sessions at once, each a run of events of one user; users are Zipf, so are the items. Some events
/// arrive late, some twice. Everything follows from the seed. One thread; allocates nothing per event.
/// </summary>
internal sealed class ShoppingEvents : IEventSource
{
    private const int SessionsAtOnce = 1024;
    private const int MeanSessionLength = 12;
    private const int RecentEvents = 4096;
    private const int EventsPerWait = 4096;

    private readonly ShoppingOptions _options;
    private readonly ShoppingFields _fields;
    private readonly ZipfRanks _users;
    private readonly ShoppingSession[] _sessions = new ShoppingSession[SessionsAtOnce];
    private readonly ShoppingKey[] _recent = new ShoppingKey[RecentEvents];
    private readonly EventTypeSchema[] _types;
    private SampleRandom _random;
    private double _clockMs;
    private ulong _made;
    private long _granted;

    /// <summary>Traffic of the given shape.</summary>
    public ShoppingEvents(ShoppingOptions options, Retention retention)
    {
        _options = options;
        Schema = ShoppingSchema.Build(retention);
        _types = [Schema["view"], Schema["click"], Schema["purchase"]];
        _users = new ZipfRanks(options.Users, options.ZipfExponent);
        _fields = new ShoppingFields(options.Seed, options.ZipfExponent);
        _random = new SampleRandom(SampleRandom.Mix(options.Seed + 0x51));
        _clockMs = options.StartMs;
    }

    /// <inheritdoc />
    public StoreSchema Schema { get; }

    /// <inheritdoc />
    public RejectionTally Rejected { get; } = new();

    /// <inheritdoc />
    public double? Progress => (double)Emitted / _options.Events;

    /// <summary>Events handed out, repeats included.</summary>
    public long Emitted { get; private set; }

    /// <summary>Events that were an earlier one sent again.</summary>
    public long Repeats { get; private set; }

    /// <summary>Events made with a time before their arrival.</summary>
    public long Late { get; private set; }

    /// <inheritdoc />
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _granted = Math.Min(_options.Events, Emitted + EventsPerWait);
        return ValueTask.FromResult(Emitted < _granted);
    }

    /// <inheritdoc />
    public bool TryRead(SingleEvent single)
    {
        if (Emitted >= _granted)
        {
            return false;
        }
        Emitted++;
        ShoppingKey key = NextKey();
        single.Begin(_types[key.Type]);
        single.User = UserId.From(key.User);
        single.TimeMs = key.TimeMs;
        single.Id = key.Id;
        _fields.Fill(single, key);
        return true;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ShoppingKey NextKey()
    {
        _clockMs += _options.MeanGapMs * 2.0 * _random.Fraction();
        if (_made > 0 && _random.Fraction() < _options.RepeatShare)
        {
            Repeats++;
            return _recent[_random.Next() % Math.Min(_made, RecentEvents)];
        }
        long timeMs = (long)_clockMs;
        if (_random.Fraction() < _options.LateShare)
        {
            Late++;
            timeMs -= 1 + _random.Below((uint)_options.MaxLatenessMs);
        }
        ShoppingKey key = new(NextUser(), timeMs, _made, NextType());
        _recent[_made % RecentEvents] = key;
        _made++;
        return key;
    }

    private uint NextUser()
    {
        ref ShoppingSession session = ref _sessions[_random.Below(SessionsAtOnce)];
        if (session.EventsLeft == 0)
        {
            session.User = (uint)_users.Draw(ref _random);
            session.EventsLeft = 1 + _random.Below((2 * MeanSessionLength) - 1);
        }
        session.EventsLeft--;
        return session.User;
    }

    private byte NextType() => _random.Below(100) switch
    {
        < 80 => 0,
        < 95 => 1,
        _ => 2,
    };
}
