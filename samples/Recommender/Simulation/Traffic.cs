namespace Signals.Samples.Recommender.Simulation;

/// <summary>
/// Simulated shoppers and the way their events take into the store: most at once, some late, as from a phone that was off the net, some
/// twice, as from a client that did not hear the answer.
/// </summary>
/// <remarks>Thread contract: <see cref="SendAsync"/> from any thread, the rest from one.</remarks>
internal sealed class Traffic(SignalStore store, TimeProvider time)
{
    private const int PastSessions = 10;

    private readonly Random _random = new(2026);
    private readonly Shopper[] _shoppers = [.. Names.Select((_, i) => new Shopper(new Random(1_000 + i)))];
    private readonly PriorityQueue<(int Shopper, ShopEvent Event), long> _heldBack = new();
    private long _lastId;
    private long _sent;
    private long _late;
    private long _twice;

    public static IReadOnlyList<string> Names { get; } =
    [
        "Ada", "Ben", "Cleo", "Dario", "Edda", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Leon", "Mila", "Noor", "Oskar", "Pia",
        "Quentin", "Rosa", "Sami", "Tilda", "Umut", "Vera", "Wim", "Zoe",
    ];

    /// <summary>Events given to the store, those among them that came late, and those that were sent a second time.</summary>
    public (long Sent, long Late, long Twice) Counts => (Volatile.Read(ref _sent), Volatile.Read(ref _late), Volatile.Read(ref _twice));

    public static UserId IdOf(int shopper) => UserId.From("shopper-" + Names[shopper]);

    /// <summary>Gives the shoppers a past.</summary>
    public async Task SendPastAsync()
    {
        long now = NowMs();
        for (int shopper = 0; shopper < _shoppers.Length; shopper++)
        {
            foreach (ShopEvent happened in _shoppers[shopper].PastSessions(PastSessions, now))
            {
                await SendAsync(shopper, happened);
            }
        }

        await store.WhenEnrichedAsync();
    }

    /// <summary>A quarter of a second in the shop.</summary>
    public async Task TickAsync()
    {
        long now = NowMs();
        for (int shopper = 0; shopper < _shoppers.Length; shopper++)
        {
            if (_random.NextDouble() > 0.07)
            {
                continue;
            }

            if (_shoppers[shopper].IsAway)
            {
                _shoppers[shopper].Enter();
            }

            ShopEvent happened = _shoppers[shopper].Act(now);
            if (_random.NextDouble() < 0.08)
            {
                _heldBack.Enqueue((shopper, happened), now + _random.Next(4_000, 25_000));
            }
            else
            {
                await SendAsync(shopper, happened, isTwice: _random.NextDouble() < 0.03);
            }
        }

        while (_heldBack.TryPeek(out (int Shopper, ShopEvent Event) held, out long due) && due <= now)
        {
            _heldBack.Dequeue();
            Interlocked.Increment(ref _late);
            await SendAsync(held.Shopper, held.Event, lateMs: now - held.Event.TimeMs);
        }
    }

    /// <summary>Appends one event; it can be read when the task has completed.</summary>
    public async Task SendAsync(int shopper, ShopEvent happened, bool isTwice = false, long lateMs = 0)
    {
        EventBatch batch = store.CreateBatch(happened.Type, capacity: 1);
        EventRow row = batch.Add(IdOf(shopper), happened.TimeMs, (ulong)Interlocked.Increment(ref _lastId)).Set("item", happened.Item.Id);
        row.Set("late_seconds", lateMs / 1_000f);
        if (happened.Type == "view")
        {
            row.Set("dwell_seconds", happened.DwellSeconds);
        }

        for (int copy = 0; copy < (isTwice ? 2 : 1); copy++)
        {
            await store.AppendAsync(batch);
            Interlocked.Increment(ref _sent);
        }

        Interlocked.Add(ref _twice, isTwice ? 1 : 0);
    }

    public long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
