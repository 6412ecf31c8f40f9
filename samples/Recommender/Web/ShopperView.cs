using Signals.Definitions;
using Signals.Samples.Recommender.Model;
using Signals.Samples.Recommender.Shop;
using Signals.Samples.Recommender.Simulation;
using Signals.Serving;

namespace Signals.Samples.Recommender.Web;

/// <summary>What the page shows of one shopper, ready to be written as JSON. Threads: any.</summary>
internal sealed class ShopperView(Sample sample)
{
    private const int ShownEvents = 60;
    private const int ShownItems = 5;
    private const int ShownReasons = 3;

    private readonly SequenceQuery _history = sample.Store.Query(ShopSchema.EventTypes).Last(ShownEvents)
        .Columns("item", "dwell_seconds", "late_seconds").Build();

    public object Read(int shopper)
    {
        UserId user = Traffic.IdOf(shopper);
        ReadTrace trace = new();
        HashSet<ulong> served;
        ServingStatus status;
        SequenceDefinition definition;
        using (ServedSequence sequence = sample.Store.Read(user, ShopSchema.Feed, new ReadOptions { Trace = trace }))
        {
            (served, status, definition) = ([.. sequence.Ids], sequence.Status, sequence.Definition);
        }

        (object? ranking, string? refusal) = Rank(user, ref trace);
        (long sent, long late, long twice) = sample.Traffic.Counts;
        return new
        {
            Now = sample.Traffic.NowMs(),
            Events = History(user, served),
            Status = status.ToString(),
            Served = served.Count,
            definition.Version,
            Trace = trace.Stages.Select(
                stage => new { stage.Name, stage.RowsIn, stage.RowsOut, stage.Bytes, stage.Microseconds, stage.Note }),
            Ranking = ranking,
            Refusal = refusal,
            Sent = sent,
            Late = late,
            Twice = twice,
        };
    }

    private List<object> History(UserId user, HashSet<ulong> served)
    {
        using Sequence history = sample.Store.Read(user, _history);
        List<object> events = [];
        for (int row = 0; row < history.Count; row++)
        {
            Item item = Catalogue.Find(history.Field<ulong>("item")[row]);
            events.Add(new
            {
                Id = history.Ids[row],
                Type = sample.Store.Schema.EventTypes[history.EventTypes[row]].Name,
                Time = history.Times[row],
                item.Title,
                item.Category,
                Dwell = history.Field<float>("dwell_seconds")[row],
                Late = history.Field<float>("late_seconds")[row],
                IsServed = served.Contains(history.Ids[row]),
            });
        }

        return events;
    }

    /// <summary>The first items with their reasons, or why the model cannot take what the definition serves.</summary>
    private (object? Ranking, string? Refusal) Rank(UserId user, ref ReadTrace trace)
    {
        ReadTrace tensors = new();
        try
        {
            Ranking ranking = sample.Ranker.Rank(user, tensors);
            trace = tensors;
            return (ranking.Order.Take(ShownItems).Select(item => Card(ranking, item)).ToArray(), null);
        }
        catch (ArgumentException error)
        {
            return (null, error.Message);
        }
    }

    private static object Card(Ranking ranking, int item) => new
    {
        Catalogue.Items[item].Id,
        Catalogue.Items[item].Title,
        Catalogue.Items[item].Category,
        Catalogue.Items[item].Price,
        Score = ranking.Scores[item],
        Reasons = ranking.ReasonsFor(item).Take(ShownReasons).Select(row => new
        {
            Catalogue.Find((ulong)ranking.Items[row]).Title,
            Type = ShopSchema.EventTypes[ranking.Numbers.AsSpan(row * ModelShape.Numbers, ShopSchema.EventTypes.Length).IndexOf(1f)],
            AgeDays = ranking.Numbers[(row * ModelShape.Numbers) + ModelShape.Numbers - 1],
            Points = ranking.ContributionOf(row, item),
        }),
    };
}
