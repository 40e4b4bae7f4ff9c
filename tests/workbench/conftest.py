"""What the tests of the workbench share."""

import pytest

from jobseekers.models import MatchGeneration, Recommendation
from jobseekers.models.recommendation import GenerationState
from tests.factories import MatchGenerationFactory, UserFactory


@pytest.fixture
def city(db):
    """City staff."""
    return UserFactory(city=True, display_name="市甲", office="市劳动就业管理中心")


@pytest.fixture
def wujin(db):
    """District staff of 武进区."""
    return UserFactory(district=True)


@pytest.fixture
def recommend(db):
    """recommend((seeker, vacancy), …): a generation in use with these edges."""

    def make(*pairs, cap=10):
        MatchGeneration.objects.filter(state=GenerationState.CURRENT).update(
            state=GenerationState.RETIRED
        )
        generation = MatchGenerationFactory(
            cap_per_headcount=cap,
            metrics={
                "seekers": 2,
                "seekers_covered": 1,
                "vacancies": 2,
                "vacancies_covered": 1,
                "edges": len(pairs),
            },
        )
        ranks = {}
        for seeker, vacancy in pairs:
            seeker_rank = ranks[seeker] = ranks.get(seeker, 0) + 1
            vacancy_rank = ranks[vacancy] = ranks.get(vacancy, 0) + 1
            Recommendation.objects.create(
                generation=generation,
                seeker=seeker,
                vacancy=vacancy,
                score=1,
                parts=[1],
                seeker_rank=seeker_rank,
                vacancy_rank=vacancy_rank,
            )
        return generation

    return make
