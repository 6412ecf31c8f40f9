namespace Signals.Training.Making;

/// <summary>The labels by request, in the order in which they came.</summary>
/// <remarks>Thread contract: built by one thread; then any thread, of which each request is asked for by one at a time.</remarks>
internal sealed class LabelIndex
{
    private readonly Dictionary<string, (int First, int Last)> _chains = new(StringComparer.Ordinal);
    private readonly List<TrainingLabel> _labels = [];
    private readonly List<int> _next = [];

    public LabelIndex(IEnumerable<TrainingLabel> labels)
    {
        foreach (TrainingLabel label in labels)
        {
            ArgumentNullException.ThrowIfNull(label.RequestId, nameof(labels));
            int index = _labels.Count;
            _labels.Add(label);
            _next.Add(-1);
            if (_chains.TryGetValue(label.RequestId, out (int First, int Last) chain))
            {
                _next[chain.Last] = index;
                _chains[label.RequestId] = (chain.First, index);
            }
            else
            {
                _chains.Add(label.RequestId, (index, index));
            }
        }
    }

    /// <summary>How many labels.</summary>
    public int Count => _labels.Count;

    /// <summary>The first label of a request; -1 when it has none.</summary>
    public int First(string requestId) => _chains.TryGetValue(requestId, out (int First, int Last) chain) ? chain.First : -1;

    /// <summary>The label of the same request behind this one; -1 when there is none.</summary>
    public int After(int label) => _next[label];

    public TrainingLabel this[int label] => _labels[label];

    /// <summary>How many labels no request of these has.</summary>
    public long CountWithout(IEnumerable<string> requestIds)
    {
        HashSet<string> asked = new(requestIds, StringComparer.Ordinal);
        return _labels.LongCount(label => !asked.Contains(label.RequestId));
    }
}
