namespace Signals.Samples.Recommender.Model;

/// <summary>
/// How good the model is on simulated shoppers that it was not trained on: how often the next item is among its first ten.
/// </summary>
/// <param name="TrainedOn">Examples of training.</param>
/// <param name="TriedOn">Examples that were held out.</param>
/// <param name="HitRate">Share of those whose next item is among the model's first ten.</param>
/// <param name="PopularHitRate">The same for the ten items that are met most often in training.</param>
/// <param name="Seconds">Time of training.</param>
internal sealed record ModelReport(int TrainedOn, int TriedOn, double HitRate, double PopularHitRate, double Seconds);
