#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests, packs or cleans SmartFhir. Everything here is a few dotnet commands, for people who prefer pwsh.
.EXAMPLE
    ./build.ps1 -Task Package -Configuration Release
    Writes out/SmartFhir/<version>/ and out/SmartFhir.<version>.nupkg.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Package', 'Clean')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug'
)

$ErrorActionPreference = 'Stop'
$solution = Join-Path $PSScriptRoot 'SmartFhir.PowerShell.sln'
$out = Join-Path $PSScriptRoot 'out'

function Invoke-DotNet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($args[0]) failed with exit code $LASTEXITCODE."
    }
}

switch ($Task) {
    'Build' { Invoke-DotNet build $solution --configuration $Configuration --nologo }
    'Test' { Invoke-DotNet test --solution $solution --configuration $Configuration --nologo }
    'Package' {
        Invoke-DotNet build $solution --configuration $Configuration --nologo
        Invoke-DotNet run --project (Join-Path $PSScriptRoot 'src/SmartFhir.Help') --configuration $Configuration --no-build -- --root $PSScriptRoot --package $out
    }
    'Clean' {
        Invoke-DotNet clean $solution --configuration $Configuration --nologo
        if (Test-Path $out) {
            Remove-Item $out -Recurse
        }
    }
}
