using Signals.Core.Serving;
using Signals.Serving;
using Signals.Storage.Engine.Reading;
using Signals.Storage.Primitives;

namespace Signals.Storage.DefinitionServing;

/// <summary>A plan bound to a store, with the objects that reads of it reuse.</summary>
/// <remarks>
/// Thread contract: any thread, without locks. Answers and batches that exceed the pools' sizes are left to the garbage
/// collector.
/// </remarks>
internal sealed class ServedPlan
{
    private readonly AgingPool<ServedAnswer> _answers;
    private readonly AgingPool<TensorBatch> _batches;
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
        _answers = reader.Pools.Add(new AgingPool<ServedAnswer>(Environment.ProcessorCount * 4));
        _batches = reader.Pools.Add(new AgingPool<TensorBatch>(Environment.ProcessorCount * 2));
    }

    public SequencePlan Plan { get; }

    public ReceiptMaker Receipts { get; }

    /// <summary>The same plan bound to another reader and clock.</summary>
    public ServedPlan For(SequenceReader reader, TimeProvider time) => new(Plan, reader, _query, Receipts, time);

    public ServedSequence Read(in UserId user, in ReadOptions options)
    {
        ServedAnswer answer = _answers.TryRent() ?? new ServedAnswer(this, NewRun());
        long now = Begin(options, answer.Served);
        answer.Execution.Run(new ReadOnlySpan<UserId>(in user), now, BudgetOf(options), options.Trace);
        answer.Begin();
        return new ServedSequence(answer);
    }

    public void ReadTensors(ReadOnlySpan<UserId> users, TensorSet destination, in ReadOptions options)
    {
        TensorBatch batch = _batches.TryRent() ?? new TensorBatch(Plan, NewRun(), NewRun());
        long now = Begin(options, batch.Runs);
        batch.Read(users, destination, now, BudgetOf(options), options.Trace, options.WithReceipt ? Receipts : null);
        _batches.Return(batch);
    }

    public void Return(ServedAnswer answer)
    {
        answer.Execution.End();
        _answers.Return(answer);
    }

    private ServedRun NewRun()
    {
        StoreFetcher fetcher = new(_reader, _query);
        return new ServedRun(new PlanExecution(Plan, fetcher), fetcher);
    }

    /// <summary>Tells the fetchers what to fetch, and returns the time of the read.</summary>
    private long Begin(in ReadOptions options, params ReadOnlySpan<ServedRun> runs)
    {
        if (options.WithReceipt)
        {
            Receipts.Require(options.AsOf);
        }

        long now = (options.AsOf ?? _time.GetUtcNow()).ToUnixTimeMilliseconds();
        foreach (ServedRun run in runs)
        {
            StoreFetcher fetcher = run.Fetcher;
            fetcher.IsExact = options.WithReceipt;
            fetcher.NowMs = now;
            fetcher.ToMs = options.AsOf is null ? long.MaxValue : now + 1;
        }

        return now;
    }

    private ReadBudget BudgetOf(in ReadOptions options) => new(_time, options.Deadline ?? Plan.Definition.Deadline);
}
