namespace Signals.Tool.Ingest;

/// <summary>Counts what was refused, and writes the first few of them. One thread.</summary>
internal sealed class Rejects(string path, TextWriter messages)
{
    private const int Most = 20;

    public long Total { get; private set; }

    /// <param name="place">Where in the file: a line, or a byte.</param>
    /// <param name="reason">Why.</param>
    /// <param name="count">How many were refused for this reason.</param>
    public void Add(string place, string reason, long count = 1)
    {
        if (Total < Most)
        {
            messages.WriteLine($"'{path}' {place}: {reason}");
        }

        Total += count;
    }

    /// <summary>Says how many more there were than were written.</summary>
    public void End()
    {
        if (Total > Most)
        {
            messages.WriteLine($"'{path}': {Count.Number(Total)} refused; the first {Most} are shown");
        }
    }
}
