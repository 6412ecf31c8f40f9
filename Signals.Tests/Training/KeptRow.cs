using Signals.Serving;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Training;

namespace Signals.Tests.Training;

/// <summary>What a sink was given as a row, copied. Immutable.</summary>
internal sealed record KeptRow(
    string RequestId, double? Label, long? LabelMs, UserId User, long AsOfMs, ServingStatus Status, int[] Minutes, float[] Dwell,
    string[] Notes)
{
    public static KeptRow Of(in TrainingRow row)
    {
        ServedSequence sequence = row.Sequence;
        string[] notes = [.. Enumerable.Range(0, sequence.Count).Select(i => sequence.Text("note", i) ?? "-")];
        return new KeptRow(
            row.RequestId, row.Label, row.LabelMs, sequence.User, sequence.NowMs, sequence.Status, PastStores.Minutes(sequence),
            sequence.Field<float>("dwell").ToArray(), notes);
    }
}
