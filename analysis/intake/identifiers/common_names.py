"""Frequent given names, surnames and large cities of the United States, to tell names of people and places from words.

Names that are also everyday or clinical words, months, states or colours (Grace, Hope, Rose, May, April, Virginia,
Brown, Green, White, Young, Long, Price) are left out: one of them in a column proves nothing.
"""

from __future__ import annotations

_GIVEN = """
    james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony donald
    steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas
    eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond patrick jack
    dennis jerry tyler aaron jose adam henry nathan douglas zachary peter kyle walter ethan jeremy harold keith
    christian roger noah gerald carl terry sean arthur austin lawrence jesse dylan bryan joe jordan billy bruce albert
    willie gabriel logan alan juan wayne roy ralph randy eugene vincent russell elijah louis bobby philip johnny
    mary patricia jennifer linda elizabeth barbara susan jessica sarah karen nancy lisa betty margaret sandra ashley
    kimberly emily donna michelle dorothy carol amanda melissa deborah stephanie rebecca sharon laura cynthia kathleen
    amy shirley angela helen anna brenda pamela nicole samantha katherine emma ruth christine catherine debra rachel
    carolyn janet maria heather diane julie joyce kelly christina lauren joan evelyn olivia judith megan cheryl martha
    andrea frances hannah jacqueline ann gloria jean kathryn alice teresa sara janice doris madison julia abigail judy
    denise amber theresa beverly danielle marilyn natalie diana brittany sophia isabella luis carlos jorge miguel
    pedro antonio francisco manuel ahmed mohammed muhammad ali omar fatima aisha wei ming priya raj sanjay anita
"""
_SURNAMES = """
    smith johnson williams jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson
    thomas taylor moore jackson martin lee perez thompson harris sanchez clark ramirez lewis robinson walker allen
    wright scott torres nguyen flores adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips
    evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy rogers gutierrez ortiz morgan
    cooper peterson bailey reed kelly howard ramos kim cox richardson watson brooks chavez wood bennett mendoza ruiz
    hughes alvarez castillo sanders patel myers ross foster jimenez powell jenkins perry russell sullivan fisher
    henderson coleman simmons patterson jordan reynolds hamilton graham gonzales vasquez wallace hayes murray gibson
    schmidt schneider fischer weber meyer wagner becker singh kumar khan chen wang zhang liu cohen levy oconnor
"""
_CITIES = """
    new york, new york city, nyc, manhattan, brooklyn, queens, los angeles, chicago, houston, phoenix, philadelphia,
    san antonio, san diego, dallas, austin, jacksonville, fort worth, columbus, charlotte, indianapolis,
    san francisco, seattle, denver, oklahoma city, nashville, el paso, boston, las vegas, detroit, portland,
    louisville, memphis, baltimore, milwaukee, albuquerque, tucson, fresno, sacramento, kansas city, mesa, atlanta,
    omaha, colorado springs, raleigh, long beach, virginia beach, miami, oakland, minneapolis, tulsa, bakersfield,
    tampa, wichita, arlington, aurora, new orleans, cleveland, honolulu, anaheim, henderson, orlando, lexington,
    stockton, riverside, corpus christi, irvine, cincinnati, santa ana, newark, saint paul, st paul, st. paul,
    pittsburgh, greensboro, durham, lincoln, jersey city, plano, anchorage, north las vegas, st. louis, st louis,
    saint louis, madison, chandler, gilbert, reno, buffalo, chula vista, fort wayne, lubbock, toledo,
    st. petersburg, laredo, irving, chesapeake, glendale, winston-salem, scottsdale, garland, boise, norfolk,
    port st. lucie, spokane, richmond, fremont, huntsville, frisco, cape coral, santa clarita, tacoma, hialeah,
    san bernardino, modesto, fontana, moreno valley, fayetteville, yonkers, rochester, des moines, salt lake city,
    little rock, grand rapids, birmingham, providence, hartford, charleston, burlington, santa fe, cambridge,
    ann arbor, boulder, eugene, salem, berkeley, pasadena, santa monica, palo alto, toronto, montreal, vancouver,
    london, manchester, sydney, melbourne, dublin
"""

GIVEN_NAMES = frozenset(_GIVEN.split())
SURNAMES = frozenset(_SURNAMES.split())
CITIES = frozenset(" ".join(city.split()) for city in _CITIES.split(","))
