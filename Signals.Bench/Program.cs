using Signals.Bench.Compare;
using Signals.Bench.Import;
using Signals.Bench.Receipts;
using Signals.Bench.Serving;
using Signals.Bench.Tenants;

try
{
    switch (args)
    {
        case ["compare", .. string[] rest]:
            return new CompareCommand(CompareOptions.Parse(rest)).Run();
        case ["fill", .. string[] rest]:
            return FillCommand.Run(rest);
        case ["import", .. string[] rest]:
            return ImportCommand.Run(rest);
        case ["noisy", .. string[] rest]:
            return NoisyCommand.Parse(rest).Run();
        case ["receipts", .. string[] rest]:
            return ReceiptsCommand.Parse(rest).Run();
        case ["serving", .. string[] rest]:
            return ServingCommand.Parse(rest).Run();
        default:
            Console.Error.WriteLine(CompareOptions.Usage);
            Console.Error.WriteLine(ImportCommand.Usage);
            Console.Error.WriteLine(NoisyCommand.Usage);
            Console.Error.WriteLine(ReceiptsCommand.Usage);
            Console.Error.WriteLine(ServingCommand.Usage);
            return 2;
    }
}
catch (FormatException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
