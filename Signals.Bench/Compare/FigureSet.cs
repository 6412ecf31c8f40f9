namespace Signals.Bench.Compare;

/// <summary>The figures of one candidate in one run, by the keys of <see cref="Metric"/>. Used by one thread.</summary>
internal sealed class FigureSet
{
    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);
    private double _harness;

    /// <summary>A figure that is not a number, as of a phase too short for a read, counts as not measured.</summary>
    public IReadOnlyDictionary<string, double> Measured =>
        _values.Where(figure => double.IsFinite(figure.Value)).ToDictionary(StringComparer.Ordinal);

    public double this[string key]
    {
        get => _values[key];
        set => _values[key] = value;
    }

    /// <summary>Takes the memory of this moment as that of the harness. A candidate is opened next.</summary>
    public void StartMemory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        _harness = AnonymousMemory.MiB();
    }

    /// <summary>Records the memory of this moment, without that of the harness.</summary>
    public void AddMemory(string key) => _values[key + "_anon"] = AnonymousMemory.MiB() - _harness;

    /// <summary>Records what a phase used for each of its events, reads or rows, and the memory at its end.</summary>
    public void AddUse(string key, PhaseClock clock, long count)
    {
        _values[key + "_cpu"] = clock.Processor.TotalMicroseconds / count;
        _values[key + "_alloc"] = (double)clock.Allocated / count;
        AddMemory(key);
    }

    /// <summary>Records the result of a read phase.</summary>
    public void AddReads(string key, ReadResult result)
    {
        _values[key] = result.PerSecond / 1e3;
        _values[key + "_cpu"] = result.Processor;
        _values[key + "_alloc"] = result.AllocatedBytes;
        _values[key + "_p50"] = result.P50;
        _values[key + "_p99"] = result.P99;
        _values[key + "_p999"] = result.P999;
        AddMemory(key);
        Console.WriteLine($"   {key}: {result.PerSecond:N0} reads/s, {result.Rows:F1} rows a read");
    }
}
