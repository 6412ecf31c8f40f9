using System.Diagnostics;
using Signals.Samples.Recommender.Simulation;

namespace Signals.Samples.Recommender.Model;

/// <summary>Makes the model from nothing: simulates shoppers, trains on some, tries it on others.</summary>
internal static class ModelBuilder
{
    private const int Shoppers = 300;
    private const int Sessions = 12;
    private const int Epochs = 4;
    private const int Shown = 10;

    public static (ModelWeights Weights, ModelReport Report) Build(int seed)
    {
        long start = Stopwatch.GetTimestamp();
        Random random = new(seed);
        Example[] training = Simulate(random, Shoppers);
        Example[] heldOut = Simulate(random, Shoppers / 6);
        ModelWeights weights = ModelWeights.Initial(random);
        ModelTrainer trainer = new(weights);
        trainer.Train(training, Epochs, random);

        int[] popular = [.. training.CountBy(e => e.Next).OrderByDescending(pair => pair.Value).Take(Shown).Select(pair => pair.Key)];
        return (weights, new ModelReport(
            training.Length,
            heldOut.Length,
            heldOut.Average(e => IsAmongFirst(trainer.Score(e), e.Next) ? 1.0 : 0.0),
            heldOut.Average(e => popular.Contains(e.Next) ? 1.0 : 0.0),
            Stopwatch.GetElapsedTime(start).TotalSeconds));
    }

    private static Example[] Simulate(Random random, int shoppers) =>
        [.. Enumerable.Range(0, shoppers).SelectMany(_ => ExampleMaker.Cut(new Shopper(random).PastSessions(Sessions, nowMs: 0)))];

    private static bool IsAmongFirst(ReadOnlySpan<float> scores, int item)
    {
        int better = 0;
        foreach (float score in scores)
        {
            better += score <= scores[item] ? 0 : 1; // so that no score at all is a miss
        }

        return better < Shown;
    }
}
