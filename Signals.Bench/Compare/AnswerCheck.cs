using Signals.Bench.Candidates;

namespace Signals.Bench.Compare;

/// <summary>Compares a candidate's answers with the model's.</summary>
internal static class AnswerCheck
{
    /// <summary>The number of answers that differ. The first few differences are printed.</summary>
    public static int CountWrong(ICandidate candidate, SequenceModel model)
    {
        Answer expected = new(ICandidate.ReadRows);
        Answer actual = new(ICandidate.ReadRows);
        int wrong = 0;
        foreach (ulong user in model.Users)
        {
            foreach (ReadShape shape in Enum.GetValues<ReadShape>())
            {
                model.Read(user, shape, expected);
                candidate.Read(user, shape, actual);
                if (actual.FirstDifference(expected) is string difference && wrong++ < 5)
                {
                    Console.WriteLine($"WRONG ANSWER {candidate.Name}, user {user}, {shape}: {difference}");
                }
            }
        }

        return wrong;
    }
}
