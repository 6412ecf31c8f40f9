namespace Signals.Storage.Heads;

/// <summary>Which columns the heads of each event type have: those that a query asked for, as long as heads can hold them.</summary>
/// <remarks>Thread contract: any thread; <see cref="Of"/> takes no lock. Invariant: a layout only grows.</remarks>
/// <param name="eventTypes">How many event types there are; 0 when there are no heads.</param>
internal sealed class HeadLayouts(int eventTypes)
{
    private readonly Lock _lock = new();
    private readonly HeadLayout?[] _layouts = new HeadLayout?[eventTypes]; // replaced under _lock

    public int EventTypes => _layouts.Length;

    /// <summary>The layout of an event type now; null when it has none.</summary>
    public HeadLayout? Of(ushort eventType) => Volatile.Read(ref _layouts[eventType]);

    /// <summary>Where heads have some columns of an event type. Columns that nobody asked for before are added to the layout.</summary>
    /// <param name="type">The event type.</param>
    /// <param name="columns">Indexes in the type; -1 for a column that it lacks.</param>
    public HeadMap Map(EventTypeSchema type, int[] columns)
    {
        int[] stored = [.. columns.Where(column => column >= 0)];
        if (_layouts.Length == 0 || !Array.TrueForAll(stored, column => HeadLayout.Takes(type.Columns[column].Type)))
        {
            return HeadMap.None;
        }

        lock (_lock)
        {
            HeadLayout? layout = _layouts[type.Id];
            int[] had = layout?.Columns ?? [];
            int[] wanted = [.. had.Union(stored).Order()];
            if (layout is null || wanted.Length > had.Length)
            {
                layout = new HeadLayout(type, wanted, (layout?.Number ?? 0) + 1);
                Volatile.Write(ref _layouts[type.Id], layout);
            }

            return new HeadMap(layout, [.. columns.Select(column => column < 0 ? -1 : layout.IndexOf(column))]);
        }
    }
}
