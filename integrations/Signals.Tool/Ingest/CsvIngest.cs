using System.Globalization;
using Signals.Tool.Csv;

namespace Signals.Tool.Ingest;

/// <summary>
/// Appends the events of a CSV file as <c>export</c> writes it. A row that is no event, and an event that the store refuses, is counted
/// with its line, and reading goes on.
/// </summary>
/// <remarks>Thread contract: one run at a time. Memory is one row and one batch.</remarks>
internal sealed class CsvIngest
{
    private const int BatchEvents = 256;

    private readonly SignalStore _store;
    private readonly Rejects _rejects;
    private readonly List<Pending> _pending = [];
    private AppendTicket _last;
    private long _accepted;

    public CsvIngest(SignalStore store, Rejects rejects)
    {
        _store = store;
        _rejects = rejects;
    }

    /// <summary>Events that the store took, including those that it already had. Any thread.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Reads to the end, and waits until the last event is acknowledged.</summary>
    /// <exception cref="UsageException">The file is no CSV, or a column is missing.</exception>
    public async Task RunAsync(string path, Stream input, CancellationToken cancellationToken)
    {
        try
        {
            Read(path, input, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // What counts as taken is acknowledged, also when the run is stopped.
            await _store.WaitAsync(_last, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        await _store.WaitAsync(_last, cancellationToken).ConfigureAwait(false);
    }

    private void Read(string path, Stream input, CancellationToken cancellationToken)
    {
        using CsvFile file = new(path, input);
        CsvHeader header = file.Read()
            ? CsvHeader.Read(path, file, _store.Schema)
            : throw new UsageException($"'{path}' is empty; its first line must name the columns.");
        while (file.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            SingleEvent single = new();
            if (header.Problem(file, single) is { } problem)
            {
                _rejects.Add(LineOf(file), problem);
                continue;
            }

            _pending.Add(new Pending(single, LineOf(file)));
            if (_pending.Count == BatchEvents)
            {
                Append(cancellationToken);
            }
        }

        Append(cancellationToken);
    }

    private static string LineOf(CsvFile file) => string.Create(CultureInfo.InvariantCulture, $"line {file.Line}");

    // A batch is refused as a whole, so its events are then tried one by one.
    private void Append(CancellationToken cancellationToken)
    {
        foreach (IGrouping<EventTypeSchema, Pending> group in _pending.GroupBy(pending => pending.Event.EventType))
        {
            Pending[] events = [.. group];
            if (TryAppend(group.Key, events, cancellationToken) is not { } refusal)
            {
                continue;
            }

            foreach (Pending one in events)
            {
                EventRejectedException? reason = events.Length == 1 ? refusal : TryAppend(group.Key, [one], cancellationToken);
                if (reason is not null)
                {
                    _rejects.Add(one.Line, reason.Message);
                }
            }
        }

        _pending.Clear();
    }

    private EventRejectedException? TryAppend(EventTypeSchema type, Pending[] events, CancellationToken cancellationToken)
    {
        EventBatch batch = _store.CreateBatch(type.Name, events.Length);
        foreach (Pending one in events)
        {
            one.Event.AddTo(batch);
        }

        try
        {
            _last = _store.Append(batch, cancellationToken);
        }
        catch (EventRejectedException refusal)
        {
            return refusal;
        }

        Volatile.Write(ref _accepted, _accepted + events.Length);
        return null;
    }

    private readonly record struct Pending(SingleEvent Event, string Line);
}
