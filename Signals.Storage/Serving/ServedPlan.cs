using Signals.Core.Model;
using Signals.Core.Serving;
using Signals.Storage.Engine;
using Signals.Storage.Reads;

namespace Signals.Storage.Serving;

/// <summary>A plan bound to a store, with what reads of it reuse.</summary>
/// <remarks>Thread contract: any thread, without locks. Answers and batches beyond the pools' sizes are left to the collector.</remarks>
internal sealed class ServedPlan
{
    private readonly ServedAnswer?[] _answers = new ServedAnswer?[Environment.ProcessorCount * 4];
    private readonly TensorBatch?[] _batches = new TensorBatch?[Environment.ProcessorCount * 2];
    private readonly SequenceReader _reader;
    private readonly SequenceQuery _query;
    private readonly TimeProvider _time;

    public ServedPlan(SequencePlan plan, SequenceReader reader, SequenceQuery query, ReceiptMaker receipts, TimeProvider time)
    {
        Plan = plan;
        Receipts = receipts;
        _reader = reader;
        _query = query;
        _time = time;
    }

    public SequencePlan Plan { get; }

    public ReceiptMaker Receipts { get; }

    /// <summary>The same plan bound to another reader and clock.</summary>
    public ServedPlan For(SequenceReader reader, TimeProvider time) => new(Plan, reader, _query, Receipts, time);

    public ServedSequence Read(in UserId user, in ReadOptions options)
    {
        ServedAnswer answer = Take(_answers) ?? new ServedAnswer(this, NewRun());
        long now = Begin(options, answer.Run);
        answer.Run.Run(new ReadOnlySpan<UserId>(in user), now, BudgetOf(options), options.Trace);
        answer.Begin();
        return new ServedSequence(answer);
    }

    public void ReadTensors(ReadOnlySpan<UserId> users, TensorSet destination, in ReadOptions options)
    {
        TensorBatch batch = Take(_batches) ?? new TensorBatch(Plan, NewRun(), NewRun());
        long now = Begin(options, batch.Runs);
        batch.Read(users, destination, now, BudgetOf(options), options.Trace, options.WithReceipt ? Receipts : null);
        Return(_batches, batch);
    }

    public void Return(ServedAnswer answer)
    {
        answer.Run.End();
        Return(_answers, answer);
    }

    private SequenceRun NewRun() => new(Plan, new StoreFetcher(_reader, _query));

    /// <summary>Tells the fetchers what to fetch, and gives the time of the read.</summary>
    private long Begin(in ReadOptions options, params ReadOnlySpan<SequenceRun> runs)
    {
        if (options.WithReceipt)
        {
            Receipts.Require(options.AsOf);
        }

        long now = (options.AsOf ?? _time.GetUtcNow()).ToUnixTimeMilliseconds();
        foreach (SequenceRun run in runs)
        {
            StoreFetcher fetcher = (StoreFetcher)run.Fetcher;
            fetcher.IsExact = options.WithReceipt;
            fetcher.NowMs = now;
            fetcher.ToMs = options.AsOf is null ? long.MaxValue : now + 1;
        }

        return now;
    }

    private ReadBudget BudgetOf(in ReadOptions options) => new(_time, options.Deadline ?? Plan.Definition.Deadline);

    private static T? Take<T>(T?[] kept)
        where T : class
    {
        for (int i = 0; i < kept.Length; i++)
        {
            if (kept[i] is not null && Interlocked.Exchange(ref kept[i], null) is T item)
            {
                return item;
            }
        }

        return null;
    }

    private static void Return<T>(T?[] kept, T item)
        where T : class
    {
        for (int i = 0; i < kept.Length; i++)
        {
            if (kept[i] is null && Interlocked.CompareExchange(ref kept[i], item, null) is null)
            {
                return;
            }
        }
    }
}
