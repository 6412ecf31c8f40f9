namespace Signals.Tool.Ingest;

/// <summary>Counts what was refused, and writes the first few of them. One thread.</summary>
internal sealed class Rejects(string path, TextWriter messages)
{
    private const int Most = 20;

    private int _written;
    private bool _isCut;

    public long Total { get; private set; }

    /// <param name="place">Where in the file: a line, or a byte.</param>
    /// <param name="reason">Why.</param>
    /// <param name="count">How many were refused for this reason.</param>
    public void Add(string place, string reason, long count = 1)
    {
        if (_written == Most)
        {
            _isCut = true;
        }
        else
        {
            _written++;
            messages.WriteLine($"'{path}' {place}: {reason}");
        }

        Total += count;
    }

    /// <summary>Says how many there were, if not all of them were written.</summary>
    public void End()
    {
        if (_isCut)
        {
            messages.WriteLine($"'{path}': {Count.Number(Total)} refused; the first {Most} are shown");
        }
    }
}
