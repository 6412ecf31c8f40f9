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

    public ServedPlan(SequencePlan plan, SequenceReader reader, SequenceQuery query, TimeProvider time)
    {
        Plan = plan;
        _reader = reader;
        _query = query;
        _time = time;
    }

    public SequencePlan Plan { get; }

    public ServedSequence Read(in UserId user, in ReadOptions options)
    {
        ServedAnswer answer = Take(_answers) ?? new ServedAnswer(this, NewRun());
        answer.Run.Run(new ReadOnlySpan<UserId>(in user), Now(), BudgetOf(options), options.Trace);
        answer.Begin();
        return new ServedSequence(answer);
    }

    public void ReadTensors(ReadOnlySpan<UserId> users, TensorSet destination, in ReadOptions options)
    {
        TensorBatch batch = Take(_batches) ?? new TensorBatch(Plan, NewRun(), NewRun());
        batch.Read(users, destination, Now(), BudgetOf(options), options.Trace);
        Return(_batches, batch);
    }

    public void Return(ServedAnswer answer)
    {
        answer.Run.End();
        Return(_answers, answer);
    }

    private SequenceRun NewRun() => new(Plan, new StoreFetcher(_reader, _query));

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

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
